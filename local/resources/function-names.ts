import { arnOf } from '../aws-identity.ts';

/** The function's name in what templates use for it: name or ARN, with or without a version. */
export function functionName(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:.*:function:/, '').split(':')[0] ?? '';
}

/** The ARN of a function without version, whichever way a template names it. */
export function functionArn(nameOrArn: string): string {
  return arnOf('lambda', `function:${functionName(nameOrArn)}`);
}
