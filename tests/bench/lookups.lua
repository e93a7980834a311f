-- wrk: every request asks for another card. Arguments after `--`: path, token, number of members.

function init(args)
  path, members = args[1], tonumber(args[3])
  math.randomseed(1)
  headers = { ["Authorization"] = "Bearer " .. args[2] }
end

function request()
  return wrk.format("GET", path .. "?card=" .. string.format("%d", 9000000000 + math.random(1, members)), headers)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
