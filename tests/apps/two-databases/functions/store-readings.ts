import type { MSKHandler } from 'aws-lambda';
import type { Message } from 'kafkajs';
import { produce } from './shared/kafka.ts';
import { database } from './shared/postgres.ts';
import { instant, parseObject, text, values } from './shared/records.ts';

interface Reading {
  readingId: string;
  deviceId: string;
  metric: string;
  value: number;
  measuredAt: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const limits = JSON.parse(process.env.ALARM_LIMITS ?? '{}') as Record<string, number>;

function parse(json: string): Reading {
  const object = parseObject(json);
  const readingId = text(object, 'readingId');
  if (!UUID.test(readingId)) throw new Error('readingId is not a UUID');
  const { value } = object;
  if (typeof value !== 'number') throw new Error('value is not a number');
  return {
    readingId,
    deviceId: text(object, 'deviceId'),
    metric: text(object, 'metric'),
    value,
    measuredAt: instant(object, 'measuredAt'),
  };
}

export const handler: MSKHandler = async (event) => {
  const readings: Reading[] = [];
  const rejected: Message[] = [];
  for (const json of values(event)) {
    try {
      readings.push(parse(json));
    } catch (error) {
      rejected.push({ value: JSON.stringify({ reason: (error as Error).message, reading: json }) });
    }
  }

  // A batch may come again, so a reading that is stored already is left alone.
  if (readings.length > 0) {
    const pool = await database(process.env.READINGS_SECRET_ARN!);
    await pool.query(
      `INSERT INTO readings (reading_id, device_id, metric, value, measured_at)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::float8[], $5::timestamptz[])
       ON CONFLICT (reading_id) DO NOTHING`,
      [
        readings.map((reading) => reading.readingId),
        readings.map((reading) => reading.deviceId),
        readings.map((reading) => reading.metric),
        readings.map((reading) => reading.value),
        readings.map((reading) => reading.measuredAt),
      ],
    );
  }

  const alarms = readings
    .filter(({ metric, value }) => value > (limits[metric] ?? Infinity))
    .map((reading) => ({ key: reading.deviceId, value: JSON.stringify({ ...reading, limit: limits[reading.metric] }) }));

  await produce({ 'readings-rejected': rejected, alarms });
  console.log(JSON.stringify({ stored: readings.length, rejected: rejected.length, alarms: alarms.length }));
};
