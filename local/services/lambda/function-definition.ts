import type { Credentials } from '../iam/principals.ts';

/** A Lambda function as its template describes it, with every reference resolved. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** A published version; `$LATEST` when absent. */
  readonly version?: string;
  /** Source name of the function's lines in the log. */
  readonly label: string;
  /** Folder that stands for `/var/task`. */
  readonly codeDir: string;
  /** `file.export`, as Lambda takes it. */
  readonly handler: string;
  /** `nodejs24.x` and the like. */
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** What its SDK clients sign with. */
  readonly credentials: Credentials;
  readonly reservedConcurrency?: number;
  /** Whether its lines are detail that only the log file gets. */
  readonly quiet?: boolean;
  readonly logFormat: 'Text' | 'JSON';
  /** Lowest level that is written; only JSON logging filters, as on AWS. */
  readonly applicationLogLevel?: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';
}

/** What an unqualified name stands for. */
export const LATEST = '$LATEST';

export function versionOf({ version = LATEST }: FunctionDefinition): string {
  return version;
}

export interface InvokeOptions {
  /** `X-Amzn-Trace-Id` value to hand on; a new one is made when absent. */
  readonly traceId?: string;
  /** Ends the wait for a free environment. An invocation that runs already goes on, as it does on AWS. */
  readonly signal?: AbortSignal;
}

/** What one invocation came to. */
export interface InvokeResult {
  readonly requestId: string;
  /** JSON: the handler's result, or the error when `functionError` is set. */
  readonly payload: string;
  readonly functionError?: 'Unhandled';
  readonly executedVersion: string;
}

/** Calls a function by name or ARN; `LambdaService.invoke` and anything that stands in for it. */
export type Invoke = (nameOrArn: string, payload: string, options?: InvokeOptions) => Promise<InvokeResult>;
