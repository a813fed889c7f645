import { arnOf } from '../../aws-identity.ts';

/** `<name>` or `<name>:<version or alias>` of a function's name, ARN, or partial ARN `<account>:function:<name>`. */
export function qualifiedFunctionName(nameOrArn: string): string {
  return nameOrArn.replace(/^(.*:)?function:/, '');
}

/** The name without version or alias. */
export function functionName(nameOrArn: string): string {
  return qualifiedFunctionName(nameOrArn).split(':', 1)[0] ?? '';
}

/** The ARN without version or alias. */
export function functionArn(nameOrArn: string): string {
  return arnOf('lambda', `function:${functionName(nameOrArn)}`);
}

/** The ARN of a function, with its version or alias where the name has one. */
export function qualifiedFunctionArn(nameOrArn: string): string {
  return arnOf('lambda', `function:${qualifiedFunctionName(nameOrArn)}`);
}
