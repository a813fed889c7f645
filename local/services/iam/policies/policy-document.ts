import { z } from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => [value].flat());
const conditionValue = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const conditionValues = z.union([conditionValue, z.array(conditionValue)]).transform((value) => [value].flat());

const principalsByKind = z.strictObject({
  AWS: oneOrMore.optional(),
  Service: oneOrMore.optional(),
  Federated: oneOrMore.optional(),
  CanonicalUser: oneOrMore.optional(),
});
const principals = z.preprocess((value) => (value === '*' ? { AWS: '*' } : value), principalsByKind);

// Strict, so that nothing that narrows a statement goes unnoticed.
const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: principals.optional(),
    NotPrincipal: principals.optional(),
    Action: oneOrMore.optional(),
    NotAction: oneOrMore.optional(),
    Resource: oneOrMore.optional(),
    NotResource: oneOrMore.optional(),
    Condition: z.record(z.string(), z.record(z.string(), conditionValues)).default({}),
  })
  .refine((it) => (it.Action === undefined) !== (it.NotAction === undefined), 'has either Action or NotAction')
  .refine((it) => (it.Resource === undefined) !== (it.NotResource === undefined), 'has either Resource or NotResource')
  .refine(
    (it) => it.Principal === undefined || it.NotPrincipal === undefined,
    'has Principal or NotPrincipal, not both',
  );

/**
 * A policy document, whatever it is attached to.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export const policyDocument = z.strictObject({
  Version: z.enum(['2008-10-17', '2012-10-17']).default('2008-10-17'),
  Id: z.string().optional(),
  Statement: z.union([z.array(statement), statement.transform((single) => [single])]),
});

/** As a template or an API call has it. */
export type PolicyDocument = z.input<typeof policyDocument>;
export type Statement = z.output<typeof statement>;
export type Principals = z.output<typeof principals>;
