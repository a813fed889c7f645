import { z } from 'zod';
import type { Headers } from '../../http/reverse-proxy.ts';
import { boolean, notSupported } from '../provider.ts';

export interface ResponseHeadersPolicy {
  readonly added: readonly AddedHeader[];
  /** Names of the origin's headers that viewers do not get. */
  readonly removed: readonly string[];
}

interface AddedHeader {
  readonly name: string;
  readonly value: string;
  /** Whether it replaces the origin's header of this name. */
  readonly override: boolean;
}

const overridable = { Override: boolean };

const transportSecurity = z.object({
  ...overridable,
  AccessControlMaxAgeSec: z.coerce.number(),
  IncludeSubdomains: boolean.default(false),
  Preload: boolean.default(false),
});

const xssProtection = z.object({
  ...overridable,
  Protection: boolean,
  ModeBlock: boolean.default(false),
  ReportUri: z.string().optional(),
});

const securityHeaders = z.object({
  ContentSecurityPolicy: z.object({ ...overridable, ContentSecurityPolicy: z.string() }).optional(),
  ContentTypeOptions: z.object(overridable).optional(),
  FrameOptions: z.object({ ...overridable, FrameOption: z.string() }).optional(),
  ReferrerPolicy: z.object({ ...overridable, ReferrerPolicy: z.string() }).optional(),
  StrictTransportSecurity: transportSecurity.optional(),
  XSSProtection: xssProtection.optional(),
});

/** The properties of a response headers policy; CORS and `Server-Timing` headers are not supported. */
export const responseHeadersPolicyProperties = z.object({
  ResponseHeadersPolicyConfig: z.object({
    SecurityHeadersConfig: securityHeaders.default({}),
    CustomHeadersConfig: z
      .object({ Items: z.array(z.object({ ...overridable, Header: z.string(), Value: z.string() })) })
      .default({ Items: [] }),
    RemoveHeadersConfig: z.object({ Items: z.array(z.object({ Header: z.string() })) }).default({ Items: [] }),
    CorsConfig: notSupported,
    ServerTimingHeadersConfig: notSupported,
  }),
});

/** The policy that a template's properties declare. */
export function responseHeadersPolicy({
  ResponseHeadersPolicyConfig: config,
}: z.output<typeof responseHeadersPolicyProperties>): ResponseHeadersPolicy {
  const custom = config.CustomHeadersConfig.Items.map(({ Header, Value, Override }) => ({
    name: Header,
    value: Value,
    override: Override,
  }));
  return {
    added: [...addedSecurityHeaders(config.SecurityHeadersConfig), ...custom],
    removed: config.RemoveHeadersConfig.Items.map(({ Header }) => Header),
  };
}

/**
 * The headers that a viewer gets: those of the origin, as the policy changes them.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
 */
export function withPolicy(origin: Headers, policy: ResponseHeadersPolicy | undefined): Headers {
  if (!policy) return origin;
  const sent = new Set([...origin.keys()].map((name) => name.toLowerCase()));
  const dropped = new Set(policy.removed.map((name) => name.toLowerCase()));
  const added = policy.added.filter(({ name, override }) => override || !sent.has(name.toLowerCase()));
  for (const { name } of added) dropped.add(name.toLowerCase());
  return new Map([
    ...[...origin].filter(([name]) => !dropped.has(name.toLowerCase())),
    ...added.map(({ name, value }) => [name, [value]] as const),
  ]);
}

function addedSecurityHeaders(config: z.output<typeof securityHeaders>): AddedHeader[] {
  const { ContentSecurityPolicy: content, FrameOptions: frame, ReferrerPolicy: referrer } = config;
  const { StrictTransportSecurity: transport, XSSProtection: xss } = config;
  const header = (name: string, setting: { Override: boolean } | undefined, value: string | undefined) =>
    setting && value !== undefined ? [{ name, value, override: setting.Override }] : [];
  return [
    ...header('Content-Security-Policy', content, content?.ContentSecurityPolicy),
    ...header('X-Content-Type-Options', config.ContentTypeOptions, 'nosniff'),
    ...header('X-Frame-Options', frame, frame?.FrameOption),
    ...header('Referrer-Policy', referrer, referrer?.ReferrerPolicy),
    ...header('Strict-Transport-Security', transport, transport && transportSecurityValue(transport)),
    ...header('X-XSS-Protection', xss, xss && xssProtectionValue(xss)),
  ];
}

function transportSecurityValue(setting: z.output<typeof transportSecurity>): string {
  const { AccessControlMaxAgeSec, IncludeSubdomains, Preload } = setting;
  return [
    `max-age=${AccessControlMaxAgeSec}`,
    ...(IncludeSubdomains ? ['includeSubDomains'] : []),
    ...(Preload ? ['preload'] : []),
  ].join('; ');
}

function xssProtectionValue({ Protection, ModeBlock, ReportUri }: z.output<typeof xssProtection>): string {
  if (!Protection) return '0';
  return ['1', ...(ModeBlock ? ['mode=block'] : []), ...(ReportUri ? [`report=${ReportUri}`] : [])].join('; ');
}
