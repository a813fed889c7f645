/**
 * The trace of the invocation under way as a W3C `traceparent`, for whoever goes on with its work. Lambda gives it, in the
 * form of X-Ray, in a variable that changes with each invocation; without a trace that has a parent there is none.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 * https://www.w3.org/TR/trace-context/#traceparent-header
 *
 * @param header `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=<0 or 1>`, in any order, perhaps with other fields
 */
export function traceparent(header = process.env._X_AMZN_TRACE_ID): string | undefined {
  const fields = new Map(header?.split(';').map((field) => field.split('=', 2) as [string, string | undefined]));
  const root = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(fields.get('Root') ?? '');
  const parent = /^[0-9a-f]{16}$/.exec(fields.get('Parent') ?? '');
  if (root === null || parent === null) return undefined;
  return `00-${root[1]}${root[2]}-${parent[0]}-${fields.get('Sampled') === '1' ? '01' : '00'}`;
}
