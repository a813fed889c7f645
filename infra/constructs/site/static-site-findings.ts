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
      reason: 'Customers may be in any country. The API decides who may do what, wherever they are.',
    },
    {
      id: 'AwsSolutions-CFR2',
      reason:
        'It serves only public files itself. Requests to the API go on to a stage with throttling and its own web ACL ' +
        '(context key webAclArn), which also covers requests that bypass CloudFront.',
    },
  );
  if (stage.disposable) {
    findings.acknowledge({
      id: 'AwsSolutions-CFR3',
      reason: 'The stage is disposable: access to its site needs no log.',
    });
  }
  if (!hasOwnName) {
    findings.acknowledge({
      id: 'AwsSolutions-CFR4',
      reason:
        "With CloudFront's own name and certificate, only CloudFront chooses the TLS versions. With a custom domain " +
        '(context key siteDomain), TLS 1.2 is the minimum.',
    });
  }
}

const FILES = 'It copies one set of files into one bucket, whose object names are known only after the build.';

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
      reason: "The files come from the CDK's bucket of assets, where they are stored under the hash of their content.",
    },
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'The CDK allows it to invalidate cached files in CloudFront without naming the distribution.',
    },
  );
  const copier = Stack.of(upload).node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'));
  Validations.of(copier ?? upload).acknowledge({
    id: 'AwsSolutions-L1',
    reason: 'The CDK provides this function with a Python version that Lambda supports, and updates it.',
  });
}
