import type { HttpResponse } from '../../http/http-response.ts';
import type { MockIntegration } from './rest-api-definition.ts';

/**
 * The response of a MOCK integration: its request template names a status, which selects the response.
 *
 * @throws Error when a template is more than literal text, or no response matches
 */
export function mockResponse({ requestTemplates, responses }: MockIntegration): HttpResponse {
  // The CDK writes `{ statusCode: 200 }`, which is not strict JSON; API Gateway takes it.
  const [, status] = /["']?statusCode["']?\s*:\s*["']?(\d{3})/.exec(requestTemplates['application/json'] ?? '') ?? [];
  const selected =
    responses.find(
      ({ selectionPattern }) => selectionPattern && new RegExp(`^(?:${selectionPattern})$`).test(status ?? ''),
    ) ?? responses.find(({ selectionPattern }) => !selectionPattern);
  if (!status || !selected) throw new Error('a MOCK integration names no status or has no response for it');

  const [contentType, body = ''] = Object.entries(selected.responseTemplates)[0] ?? [];
  if (/[#$]/.test(body)) throw new Error('response templates of MOCK integrations run here only as literal text');
  const headers = new Map<string, string[]>();
  for (const [target, literal] of Object.entries(selected.responseParameters)) {
    headers.set(target.replace('method.response.header.', ''), [literal.replace(/^'|'$/g, '')]);
  }
  if (body && contentType && !headers.has('Content-Type')) headers.set('Content-Type', [contentType]);
  return { statusCode: Number(selected.statusCode), headers, body: Buffer.from(body) };
}
