/**
 * Whether a content type is one that the API treats as binary.
 *
 * @param binaryMediaTypes such as `image/png`, `image/*` or `*\/*`
 * @param mediaType value of `Content-Type` or `Accept`; of several types only the first counts, as on AWS
 */
export function isBinary(binaryMediaTypes: readonly string[], mediaType: string | undefined): boolean {
  const [type, subtype] = mediaType?.split(/[;,]/, 1)[0]?.trim().toLowerCase().split('/') ?? [];
  if (!type || !subtype) return binaryMediaTypes.includes('*/*');
  return binaryMediaTypes.some((candidate) => {
    const [candidateType, candidateSubtype] = candidate.toLowerCase().split('/');
    return [type, '*'].includes(candidateType ?? '') && [subtype, '*'].includes(candidateSubtype ?? '');
  });
}
