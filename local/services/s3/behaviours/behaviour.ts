import type { Operation } from './client.ts';
import type { Session } from './session.ts';

export const CLIENTS = ['JavaScript SDK', 'boto3'] as const;
export type ClientName = (typeof CLIENTS)[number];

/** One row of the table: what S3 does, the page that says so, and calls that show it. */
export interface Behaviour {
  readonly name: string;
  readonly page: string;
  /** Those that can make the calls. */
  readonly clients: readonly ClientName[];
  readonly run: (s3: Session) => Promise<unknown>;
}

/** A row that every client of the list runs. The others cannot make the calls, or would only repeat them. */
export function behaviour(
  name: string,
  page: string,
  run: Behaviour['run'],
  clients: readonly ClientName[] = CLIENTS,
): Behaviour {
  return { name, page, clients, run };
}

export const ONLY_JAVASCRIPT = ['JavaScript SDK'] as const;
export const ONLY_BOTO3 = ['boto3'] as const;

/** A page of the API reference. */
export const api = (operation: Operation | 'POST_Object') =>
  `https://docs.aws.amazon.com/AmazonS3/latest/API/${operation === 'POST_Object' ? 'RESTObjectPOST' : `API_${operation}`}.html`;
/** Another page of the API reference. */
export const reference = (page: string) => `https://docs.aws.amazon.com/AmazonS3/latest/API/${page}.html`;
/** A page of the user guide. */
export const guide = (page: string) => `https://docs.aws.amazon.com/AmazonS3/latest/userguide/${page}.html`;
/** A section of HTTP Semantics. */
export const rfc9110 = (section: string) => `https://www.rfc-editor.org/rfc/rfc9110#section-${section}`;
/** All errors, with code and status. */
export const ERRORS = reference('ErrorResponses');
