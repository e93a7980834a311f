"""Lists as files: whoever sees a list takes home what is filtered, in CSV or XLSX, as a job where it is long."""
