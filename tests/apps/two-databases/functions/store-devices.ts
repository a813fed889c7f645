import type { MSKHandler } from 'aws-lambda';
import { database } from './shared/postgres.ts';
import { instant, parseObject, text, values } from './shared/records.ts';

function parse(json: string) {
  const change = parseObject(json);
  return [
    text(change, 'deviceId'),
    text(change, 'name'),
    typeof change.location === 'string' ? change.location : null,
    change.active !== false,
    instant(change, 'changedAt'),
  ];
}

export const handler: MSKHandler = async (event) => {
  const pool = await database(process.env.DEVICES_SECRET_ARN!);

  for (const json of values(event)) {
    let change: ReturnType<typeof parse>;
    try {
      change = parse(json);
    } catch (error) {
      console.warn(JSON.stringify({ skipped: json, reason: (error as Error).message }));
      continue;
    }
    // The newest change wins, in whatever order they come.
    await pool.query(
      `INSERT INTO devices AS d (device_id, name, location, active, changed_at)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (device_id) DO UPDATE
         SET name = excluded.name, location = excluded.location,
             active = excluded.active, changed_at = excluded.changed_at
         WHERE d.changed_at <= excluded.changed_at`,
      change,
    );
  }
};
