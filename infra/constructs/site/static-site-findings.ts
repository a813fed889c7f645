import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { Stage } from '../../config/stage.ts';

/** What reviewers ask about a distribution of public files in front of the API. */
export function acknowledgeDistribution(
  distribution: Distribution,
  { stage, hasOwnName }: { readonly stage: Stage; readonly hasOwnName: boolean },
): void {
  const findings = Validations.of(distribution);
  findings.acknowledge(
    {
      id: 'AwsSolutions-CFR1',
      reason: 'Customers may be in any country; who they are is asked by the API, wherever they are.',
    },
    {
      id: 'AwsSolutions-CFR2',
      reason:
        'It serves public files by itself. Requests to the API pass through to a stage with throttling and a web ACL of its ' +
        'own (context key webAclArn), which stands in the way of those that come without CloudFront as well.',
    },
  );
  if (stage.disposable) {
    findings.acknowledge({
      id: 'AwsSolutions-CFR3',
      reason: 'The stage is disposable: who visited its site need not be known afterwards.',
    });
  }
  if (!hasOwnName) {
    findings.acknowledge({
      id: 'AwsSolutions-CFR4',
      reason:
        "With CloudFront's own name and certificate, CloudFront alone chooses the TLS versions. With a name of one's own " +
        '(context key siteDomain), TLS 1.2 is the least.',
    });
  }
}

const FILES =
  'It copies one set of files into one bucket, whose objects have names that are known after the build only.';

/** What reviewers ask about the CDK's function that copies the site's files. */
export function acknowledgeUpload(upload: IConstruct, { role, bucket }: { role: IRole; bucket: IBucket }): void {
  const { defaultChild } = bucket.node;
  const bucketId = Stack.of(bucket).getLogicalId(defaultChild as CfnElement);
  const assets = 'arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*';
  Validations.of(role).acknowledge(
    ...['s3:GetBucket*', 's3:GetObject*', 's3:List*', 's3:Abort*', 's3:DeleteObject*'].map((action) => ({
      id: `AwsSolutions-IAM5[Action::${action}]`,
      reason: `The CDK grants variants of what copying takes, on the site's bucket and its own bucket of assets. ${FILES}`,
    })),
    { id: `AwsSolutions-IAM5[Resource::<${bucketId}.Arn>/*]`, reason: FILES },
    {
      id: `AwsSolutions-IAM5[Resource::${assets}]`,
      reason: "The files come from the CDK's bucket of assets, where they lie under the hash of their content.",
    },
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'The CDK lets it have copies of the old files removed from CloudFront, without saying which distribution is meant.',
    },
  );
  const copier = Stack.of(upload).node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'));
  Validations.of(copier ?? upload).acknowledge({
    id: 'AwsSolutions-L1',
    reason: 'The CDK brings this function and chooses a Python for it that Lambda supports; it goes on with the CDK.',
  });
}
