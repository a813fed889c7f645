import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../../aws-api/aws-error.ts';
import { malformedXml } from './errors.ts';
import { parseXml, type XmlElements, xmlDocument } from './xml.ts';

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];
const MOST_RULES = 100;
const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

/** A rule of a bucket's CORS configuration. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
export interface CorsRule {
  readonly ID?: string | undefined;
  readonly AllowedOrigin: readonly string[];
  readonly AllowedMethod: readonly string[];
  readonly AllowedHeader: readonly string[];
  readonly ExposeHeader: readonly string[];
  readonly MaxAgeSeconds?: number | undefined;
}

/** Reads the body of PutBucketCors. @throws AwsError `MalformedXML`, or `InvalidRequest` for a method that S3 does not have */
export function corsRules(xml: string): CorsRule[] {
  const rules = parseXml(xml, 'CORSConfiguration').all('CORSRule');
  if (rules.length === 0 || rules.length > MOST_RULES) throw malformedXml();
  return rules.map((rule) => {
    const texts = (name: string) => rule.all(name).map(({ text }) => text);
    const [AllowedOrigin, AllowedMethod] = [texts('AllowedOrigin'), texts('AllowedMethod')];
    if (AllowedOrigin.length === 0 || AllowedMethod.length === 0) throw malformedXml();
    const unknown = AllowedMethod.find((method) => !METHODS.includes(method));
    if (unknown !== undefined) {
      const message = `Found unsupported HTTP method in CORS config. Unsupported method is ${unknown}`;
      throw new AwsError('InvalidRequest', message);
    }
    const maxAge = rule.textOf('MaxAgeSeconds');
    return {
      ID: rule.textOf('ID'),
      AllowedOrigin,
      AllowedMethod,
      AllowedHeader: texts('AllowedHeader'),
      ExposeHeader: texts('ExposeHeader'),
      MaxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
    };
  });
}

/** The response of GetBucketCors. */
export function corsDocument(rules: readonly CorsRule[]): string {
  return xmlDocument('CORSConfiguration', { CORSRule: rules.map((rule): XmlElements => ({ ...rule })) });
}

/**
 * The headers that let a page of another origin read a response; none when no rule is for it.
 *
 * @param method of the request, or the one that a preflight request asks for
 */
export function corsHeaders(
  rules: readonly CorsRule[],
  headers: IncomingHttpHeaders,
  method: string,
): Record<string, string> | undefined {
  const { origin } = headers;
  const wanted = namesIn(headers['access-control-request-headers']);
  const rule = rules.find(
    ({ AllowedOrigin, AllowedMethod, AllowedHeader }) =>
      AllowedOrigin.some((pattern) => fits(pattern, origin ?? '')) &&
      AllowedMethod.includes(method) &&
      wanted.every((name) => AllowedHeader.some((pattern) => fits(pattern.toLowerCase(), name.toLowerCase()))),
  );
  if (origin === undefined || !rule) return undefined;
  const isOpen = rule.AllowedOrigin.includes('*');
  return {
    'access-control-allow-origin': isOpen ? '*' : origin,
    'access-control-allow-methods': rule.AllowedMethod.join(', '),
    ...(isOpen ? {} : { 'access-control-allow-credentials': 'true' }),
    ...(wanted.length === 0 ? {} : { 'access-control-allow-headers': wanted.join(', ') }),
    ...(rule.ExposeHeader.length === 0 ? {} : { 'access-control-expose-headers': rule.ExposeHeader.join(', ') }),
    ...(rule.MaxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(rule.MaxAgeSeconds) }),
    vary: VARY,
  };
}

/**
 * The headers of the response to a preflight request.
 *
 * @param rules undefined when the bucket has none
 * @throws AwsError `BadRequest` without an origin, `AccessForbidden` when no rule is for the request
 */
export function preflightHeaders(
  rules: readonly CorsRule[] | undefined,
  headers: IncomingHttpHeaders,
  resourceType: 'BUCKET' | 'OBJECT',
): Record<string, string> {
  if (headers.origin === undefined) {
    throw new AwsError('BadRequest', 'Insufficient information. Origin request header needed.');
  }
  const method = headers['access-control-request-method'];
  const allowed = rules && method && corsHeaders(rules, headers, method);
  if (allowed) return allowed;
  const reason = rules
    ? "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
    : 'CORS is not enabled for this bucket.';
  const details = { Method: method ?? 'OPTIONS', ResourceType: resourceType };
  throw new AwsError('AccessForbidden', `CORSResponse: ${reason}`, 403, { details });
}

function namesIn(header: string | undefined): string[] {
  return (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** A pattern may have one asterisk, for any text. */
function fits(pattern: string, text: string): boolean {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === text;
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}
