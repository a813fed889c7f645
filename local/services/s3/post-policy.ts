import { z } from 'zod';
import { AwsError } from '../../aws-api/aws-error.ts';

const policySchema = z.object({
  expiration: z.iso.datetime({ offset: true }),
  conditions: z.array(
    z.union([
      z.tuple([z.literal('content-length-range'), z.coerce.number(), z.coerce.number()]),
      z.tuple([z.enum(['eq', 'starts-with']), z.string(), z.string()]),
      z.record(z.string(), z.string()).refine((condition) => Object.keys(condition).length === 1),
    ]),
  ),
});

/** Fields that need no condition. */
const UNCONDITIONED = /^(x-amz-signature|policy|file|awsaccesskeyid|signature|x-ignore-.*)$/;

/** The sizes in bytes that a policy allows for a file. */
export interface AllowedSizes {
  readonly least: number;
  readonly most: number;
}

/**
 * Checks a form against the policy that its sender has signed: each field must be allowed by a condition, and each condition hold.
 *
 * @param encoded the policy in Base64
 * @param fields by name in lower case, with the bucket
 * @throws AwsError `AccessDenied` naming what the policy does not allow, `InvalidPolicyDocument`
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export function checkPolicy(encoded: string, fields: ReadonlyMap<string, string>): AllowedSizes {
  const { expiration, conditions } = parsePolicy(encoded);
  if (Date.parse(expiration) < Date.now()) throw denied('Policy expired.');
  let sizes: AllowedSizes = { least: 0, most: Number.POSITIVE_INFINITY };
  const allowed = new Set(['bucket']);
  const require = (kind: string, name: string, wanted: string) => {
    const field = name.slice(1).toLowerCase();
    const value = fields.get(field) ?? '';
    allowed.add(field);
    if (name.startsWith('$') && (kind === 'eq' ? value === wanted : value.startsWith(wanted))) return;
    const condition = [kind, name, wanted].map((text) => JSON.stringify(text)).join(', ');
    throw denied(`Policy Condition failed: [${condition}]`);
  };
  for (const condition of conditions) {
    if (!Array.isArray(condition)) {
      for (const [name, wanted] of Object.entries(condition)) require('eq', `$${name}`, wanted);
    } else if (condition[0] === 'content-length-range') {
      sizes = { least: condition[1], most: condition[2] };
    } else require(...condition);
  }
  const extra = [...fields.keys()].filter((name) => !allowed.has(name) && !UNCONDITIONED.test(name));
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`);
  return sizes;
}

function parsePolicy(encoded: string): z.output<typeof policySchema> {
  try {
    return policySchema.parse(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  } catch (cause) {
    const message = 'Invalid Policy: Invalid JSON, or not an expiration and a list of conditions.';
    throw new AwsError('InvalidPolicyDocument', message, 400, { cause });
  }
}

function denied(reason: string): AwsError {
  return new AwsError('AccessDenied', `Invalid according to Policy: ${reason}`, 403);
}
