import { type CertificateDetail, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { z } from 'zod';
import { isError } from '../aws-errors.ts';
import { type Check, type Finding, lack } from '../check.ts';
import type { Target } from '../target.ts';

const distribution = z.object({
  Aliases: z.array(z.string()).default([]),
  ViewerCertificate: z.object({ AcmCertificateArn: z.string() }).optional(),
});

/**
 * Whether the certificate of the site's own name is there, issued and for that name.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
 */
export const siteCertificate: Check = {
  title: 'Certificate of the site',
  async find(target) {
    const distributions = target.resources
      .filter(({ type }) => type === 'AWS::CloudFront::Distribution')
      .map(({ property }) => distribution.parse(property('DistributionConfig')))
      .filter(({ ViewerCertificate }) => ViewerCertificate !== undefined);
    if (distributions.length === 0) return undefined;
    return (await Promise.all(distributions.map((each) => problemsOf(target, each)))).flat();
  },
};

async function problemsOf(
  target: Target,
  { Aliases, ViewerCertificate }: z.infer<typeof distribution>,
): Promise<Finding[]> {
  const arn = ViewerCertificate?.AcmCertificateArn ?? '';
  const remedy =
    'Pass an issued certificate for the name with -c certificateArn=; `aws acm list-certificates --region us-east-1` lists them.';
  const certificate = await describe(target, arn);
  if (certificate === undefined) return [lack(`There is no certificate ${arn}.`, remedy)];
  if (certificate.Status !== 'ISSUED') {
    return [lack(`The certificate ${arn} is in state ${certificate.Status}.`, remedy)];
  }
  const names = [certificate.DomainName ?? '', ...(certificate.SubjectAlternativeNames ?? [])];
  return Aliases.filter((alias) => !names.some((name) => covers(name, alias))).map((alias) =>
    lack(`The certificate ${arn} is for ${[...new Set(names)].join(', ')}, not for ${alias}.`, remedy),
  );
}

async function describe({ aws }: Target, arn: string): Promise<CertificateDetail | undefined> {
  try {
    const request = new DescribeCertificateCommand({ CertificateArn: arn });
    return (await aws.siteCertificates.send(request)).Certificate;
  } catch (error) {
    if (isError(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}

/** A wildcard stands for one label. */
function covers(name: string, domain: string): boolean {
  return name === domain || (name.startsWith('*.') && domain.slice(domain.indexOf('.')) === name.slice(1));
}
