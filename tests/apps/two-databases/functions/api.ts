import type { APIGatewayProxyHandler, APIGatewayProxyResult } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { produce } from './shared/kafka.ts';
import { database } from './shared/postgres.ts';
import { parseObject, text } from './shared/records.ts';

const reply = (statusCode: number, body: unknown): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

export const handler: APIGatewayProxyHandler = async (event) => {
  switch (`${event.httpMethod} ${event.resource}`) {
    case 'POST /readings':
      return takeReading(event.body);
    case 'GET /devices/{id}':
      return showDevice(event.pathParameters!.id!);
    default:
      return reply(404, { message: 'Not found' });
  }
};

/** Only what is needed to route the reading is checked here, the rest where it is stored. */
async function takeReading(body: string | null): Promise<APIGatewayProxyResult> {
  let reading: Record<string, unknown>;
  let deviceId: string;
  try {
    reading = parseObject(body ?? '');
    deviceId = text(reading, 'deviceId');
  } catch (error) {
    return reply(400, { message: `Not a reading: ${(error as Error).message}` });
  }

  const readingId = randomUUID();
  const value = JSON.stringify({ measuredAt: new Date().toISOString(), ...reading, readingId });
  await produce({ readings: [{ key: deviceId, value }] });
  return reply(202, { readingId });
}

async function showDevice(id: string): Promise<APIGatewayProxyResult> {
  const devices = await database(process.env.DEVICES_SECRET_ARN!);
  const { rows } = await devices.query(
    `SELECT device_id AS "deviceId", name, location, active, changed_at AS "changedAt"
       FROM devices WHERE device_id = $1`,
    [id],
  );
  return rows.length ? reply(200, rows[0]) : reply(404, { message: 'No such device' });
}
