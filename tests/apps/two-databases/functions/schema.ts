import type { CdkCustomResourceEvent, CdkCustomResourceResponse } from 'aws-lambda';
import { database } from './shared/postgres.ts';

/** Runs the SQL of a Custom::DatabaseTables; nothing is dropped when the resource goes. */
export async function handler(event: CdkCustomResourceEvent): Promise<CdkCustomResourceResponse> {
  if (event.RequestType === 'Delete') return { PhysicalResourceId: event.PhysicalResourceId };

  const { secretArn, sql } = event.ResourceProperties as unknown as { secretArn: string; sql: string };
  const pool = await database(secretArn);
  await pool.query(sql);
  return { PhysicalResourceId: `${secretArn}/tables` };
}
