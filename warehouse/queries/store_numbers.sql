-- Adds the numbers of a batch to the sets of their devices.
-- Called by Insert. Cost: the devices of the batch.
INSERT INTO device_numbers (device_id, installation, numbers, highest, first_at, last_at)
SELECT device_id, installation, bitmapBuild(numbers), highest, first_at, last_at
FROM batch_numbers
