import { z } from 'zod';
import { boolean, notSupported } from '../properties.ts';
import type { AddedHeader, ResponseHeadersPolicy } from './response-headers-policy.ts';

const override = { Override: boolean };

const securityHeaders = z.object({
  ContentSecurityPolicy: z.object({ ...override, ContentSecurityPolicy: z.string() }).optional(),
  ContentTypeOptions: z.object(override).optional(),
  FrameOptions: z.object({ ...override, FrameOption: z.string() }).optional(),
  ReferrerPolicy: z.object({ ...override, ReferrerPolicy: z.string() }).optional(),
  StrictTransportSecurity: z
    .object({
      ...override,
      AccessControlMaxAgeSec: z.coerce.number(),
      IncludeSubdomains: boolean.default(false),
      Preload: boolean.default(false),
    })
    .optional(),
  XSSProtection: z
    .object({
      ...override,
      Protection: boolean,
      ModeBlock: boolean.default(false),
      ReportUri: z.string().optional(),
    })
    .optional(),
});

/** The properties of a response headers policy; CORS and `Server-Timing` headers are not supported. */
export const responseHeadersPolicyProperties = z.object({
  ResponseHeadersPolicyConfig: z.object({
    SecurityHeadersConfig: securityHeaders.default({}),
    CustomHeadersConfig: z
      .object({ Items: z.array(z.object({ ...override, Header: z.string(), Value: z.string() })) })
      .default({ Items: [] }),
    RemoveHeadersConfig: z.object({ Items: z.array(z.object({ Header: z.string() })) }).default({ Items: [] }),
    CorsConfig: notSupported,
    ServerTimingHeadersConfig: notSupported,
  }),
});

/** The headers that CloudFront makes of a policy's settings. */
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
    ...header('Strict-Transport-Security', transport, transport && transportSecurity(transport)),
    ...header('X-XSS-Protection', xss, xss && xssProtection(xss)),
  ];
}

function transportSecurity(setting: NonNullable<z.output<typeof securityHeaders>['StrictTransportSecurity']>): string {
  const { AccessControlMaxAgeSec, IncludeSubdomains, Preload } = setting;
  return [
    `max-age=${AccessControlMaxAgeSec}`,
    ...(IncludeSubdomains ? ['includeSubDomains'] : []),
    ...(Preload ? ['preload'] : []),
  ].join('; ');
}

function xssProtection(setting: NonNullable<z.output<typeof securityHeaders>['XSSProtection']>): string {
  const { Protection, ModeBlock, ReportUri } = setting;
  if (!Protection) return '0';
  return ['1', ...(ModeBlock ? ['mode=block'] : []), ...(ReportUri ? [`report=${ReportUri}`] : [])].join('; ');
}
