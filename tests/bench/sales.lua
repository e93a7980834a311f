-- wrk: every request is a sale of its own, with a receipt number nobody else uses.
-- Arguments after `--`: prefix of the receipts, token, number of members, time of the sales.

local number = 0
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
end

function init(args)
  prefix, token, members, occurred_at = args[1], args[2], tonumber(args[3]), args[4]
  math.randomseed(id)
  headers = { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }
end

function request()
  number = number + 1
  local body = string.format(
    '{"external_id":"%s-%d-%d","store":"%d","till":"3","occurred_at":"%s","member":{"card":"%d"},' ..
    '"lines":[{"sku":"1095275","quantity":2,"amount_minor":500,"category":"PASTRY","brand":"National"},' ..
    '{"sku":"9878513","quantity":1,"amount_minor":399,"category":"GROCERY","brand":"Private"},' ..
    '{"sku":"1041453","quantity":1,"amount_minor":335,"category":"DAIRY","brand":"National"}],"total_minor":1234}',
    prefix, id, number, 300 + math.random(0, 49), occurred_at, 9000000000 + math.random(1, members))
  return wrk.format("POST", "/api/v1/sales", headers, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
