import type { HttpResponse } from '../../http/http-response.ts';
import { faults, GatewayFault } from './gateway-fault.ts';
import { checkTemplate, renderTemplate, type TemplateRequest } from './mapping-template.ts';
import type { MockIntegration } from './rest-api-definition.ts';

/**
 * The response of a MOCK integration: its request template names a status, which selects the response.
 *
 * @throws GatewayFault when no status is named, or no response is there for it
 */
export function mockResponse({ requestTemplates, responses }: MockIntegration, request: TemplateRequest): HttpResponse {
  // The CDK writes `{ statusCode: 200 }`, which is not strict JSON; API Gateway takes it.
  const asked = renderTemplate(requestTemplates['application/json'] ?? '', request).text;
  const [, status] = /["']?statusCode["']?\s*:\s*["']?(\d{3})/.exec(asked) ?? [];
  const selected =
    responses.find(
      ({ selectionPattern }) => selectionPattern && new RegExp(`^(?:${selectionPattern})$`).test(status ?? ''),
    ) ?? responses.find(({ selectionPattern }) => !selectionPattern);
  if (!status || !selected) throw new GatewayFault(faults.noMockResponse, 'the MOCK integration has no response');

  const [contentType, template = ''] = Object.entries(selected.responseTemplates)[0] ?? [];
  const rendered = renderTemplate(template, request);
  const headers = new Map<string, string[]>();
  for (const [target, literal] of Object.entries(selected.responseParameters)) {
    headers.set(target.replace('method.response.header.', ''), [literal.replace(/^'|'$/g, '')]);
  }
  for (const [name, value] of Object.entries(rendered.headers)) headers.set(name, [value]);
  const body = rendered.text.trim() === '' ? '' : rendered.text;
  if (body && contentType && !headers.has('Content-Type')) headers.set('Content-Type', [contentType]);
  return { statusCode: rendered.status ?? Number(selected.statusCode), headers, body: Buffer.from(body) };
}

/** @throws Error when a template cannot run here */
export function checkMock({ requestTemplates, responses }: MockIntegration): void {
  for (const template of Object.values(requestTemplates)) checkTemplate(template);
  for (const { responseTemplates } of responses)
    for (const template of Object.values(responseTemplates)) checkTemplate(template);
}
