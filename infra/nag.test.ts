import { App, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { PROD_WITH_EVERYTHING, SPLIT, STAGE_CONTEXTS } from './example-contexts.ts';
import { synthesizeApp } from './synthesize.ts';
import { describe as describeAcknowledgement, review } from './testing/nag.ts';

const CONTEXTS = {
  ...STAGE_CONTEXTS,
  'prod with everything': PROD_WITH_EVERYTHING,
  'prod while users move': { ...STAGE_CONTEXTS.prod, ...SPLIT },
};

describe.each(Object.entries(CONTEXTS))('cdk-nag on %s', (_stage, context) => {
  const { open, stale, blanket, acknowledgements } = review(synthesizeApp(context));

  it('finds nothing that is not acknowledged, warnings included', () => {
    expect(open).toEqual([]);
  });

  it('finds something for each acknowledgement: none outlives its finding or excuses a stage that does not need it', () => {
    expect(stale).toEqual([]);
  });

  it('has no acknowledgement for a whole stack', () => {
    expect(blanket).toEqual([]);
  });

  it.each(acknowledgements.map((each) => [describeAcknowledgement(each), each.reason]))(
    '%s: %s',
    (_finding, reason) => {
      expect(reason.length).toBeGreaterThan(40);
      expect(reason).toMatch(/^[A-Z].*\.$/s);
    },
  );
});

describe('the check', () => {
  const stackWith = (id: string) => {
    const stack = new Stack(new App({ analyticsReporting: false }), id);
    const open = new Bucket(stack, 'Open', {
      publicReadAccess: true,
      blockPublicAccess: new BlockPublicAccess({ blockPublicPolicy: false }),
      encryption: BucketEncryption.S3_MANAGED,
    });
    return { stack, open };
  };
  const findings = (stack: Stack) => review(stack.node.root).open.map((text) => text.split(':', 1)[0]);

  it('sees an open bucket', () => {
    expect(findings(stackWith('Scratch').stack)).toEqual(
      expect.arrayContaining(['AwsSolutions-S2 on Scratch/Open/Resource', 'AwsSolutions-S10 on Scratch/Open/Resource']),
    );
  });

  it('lets an acknowledgement excuse its own finding alone, where it stands', () => {
    const { stack, open } = stackWith('Scratch');
    new Bucket(stack, 'Other');
    Validations.of(open).acknowledge({ id: 'AwsSolutions-S10', reason: 'A test.' });
    expect(findings(stack)).toContain('AwsSolutions-S2 on Scratch/Open/Resource');
    expect(findings(stack)).toContain('AwsSolutions-S10 on Scratch/Other/Resource');
    expect(findings(stack)).not.toContain('AwsSolutions-S10 on Scratch/Open/Resource');
  });

  it('sees acknowledgements that excuse nothing, or a whole stack', () => {
    const { stack, open } = stackWith('Scratch');
    Validations.of(stack).acknowledge({ id: 'AwsSolutions-S10', reason: 'A test.' });
    // Without what is in brackets, it names none of the findings that the rule reports one by one.
    Validations.of(open).acknowledge({ id: 'AwsSolutions-IAM5', reason: 'A test.' });
    const { stale, blanket } = review(stack.node.root);
    expect(stale).toEqual(['AwsSolutions-IAM5 on Scratch/Open']);
    expect(blanket).toEqual(['AwsSolutions-S10 on Scratch']);
  });
});
