-- Every source with its dated code maps, oldest first. Polled by collectors.
SELECT name, from_day, code_map FROM sources FINAL ORDER BY name, from_day
