SwaggerUIBundle({
  url: "/api/docs/openapi.json",
  dom_id: "#documents",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: false,
  validatorUrl: null, // no request leaves this host
});
