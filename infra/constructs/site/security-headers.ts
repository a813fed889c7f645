import { Duration } from 'aws-cdk-lib';
import { HeadersFrameOption, HeadersReferrerPolicy, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import type { JwtAuth } from '../../config/config.ts';
import type { Stage } from '../../config/stage.ts';
import { accountWideName } from '../account-wide-name.ts';

/**
 * What the dashboard may load and do. It is the policy in the page's own head, with two differences: here the API
 * has the page's address, so that nothing else needs to be reached but the issuer, and a header can keep others from
 * framing the page.
 */
export function contentSecurityPolicy(auth: JwtAuth | undefined): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    ['connect-src', "'self'", ...(auth?.signIn?.origins ?? [])].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** Headers that keep browsers from misusing a site's responses. */
export function securityHeaders(
  scope: Construct,
  id: string,
  { stage, auth }: { readonly stage: Stage; readonly auth: JwtAuth | undefined },
): ResponseHeadersPolicy {
  return new ResponseHeadersPolicy(scope, id, {
    responseHeadersPolicyName: accountWideName(stage),
    comment: 'OrderFlow: security headers of the site and the API behind it',
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicy(auth), override: true },
      // Hosts below a domain of one's own are not this project's to decide about.
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: false, override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
    },
  });
}
