-- What wrk sends: the request of a file again and again, each time under a reference of its own.
-- It defines no `response`: wrk counts the refusals by itself, and a call into Lua for every answer would cost
-- time that the server is short of.
--
--   wrk … --script create_order.lua URL -- REQUEST_FILE RUN_ID

local PLACEHOLDER = string.rep("@", 24)
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_id", threads)
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local request = file:read("*a")
  file:close()
  local first, last = string.find(request, PLACEHOLDER, 1, true)
  before, after = string.sub(request, 1, first - 1), string.sub(request, last + 1)
  run_id, counter = args[2], 0
end

function request()
  counter = counter + 1
  -- As long as the placeholder, so that Content-Length holds.
  return before .. string.format("%s-%03d-%011d", run_id, thread_id, counter) .. after
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"microseconds": %d, "answers": %d, "refused": %d, "broken": %d, "p50_us": %d, "p99_us": %d, "longest_us": %d}\n',
    summary.duration, summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
