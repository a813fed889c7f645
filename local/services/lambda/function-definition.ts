import type { BundleRecipe } from '../../../tooling/bundle.ts';
import type { RequestIds } from '../../../tooling/log-entry.ts';
import type { Place } from '../ec2/service.ts';
import type { Credentials } from '../iam/service.ts';
import type { InvocationSource } from './permission.ts';

/** A Lambda function as its template declares it, with every reference resolved. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** A published version; `$LATEST` when absent. */
  readonly version?: string;
  /** Names it in the log. */
  readonly label: string;
  /** Stands for `/var/task`. */
  readonly codeDir: string;
  /** How the app bundles the code, if its template tells. */
  readonly recipe?: BundleRecipe;
  /** What the code is made of, by paths relative to the app's folder, as far as its source map tells. */
  readonly sources?: readonly string[];
  /** Where a debugger is let in, on 127.0.0.1; absent for a function that nobody debugs. See {@link HELD_MS}. */
  readonly inspectorPort?: number;
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** The size of `/tmp`, {@link DEFAULT_TEMPORARY_MB} when absent. */
  readonly temporaryMb?: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
  /** Where it is in a VPC; absent outside of all. */
  readonly place?: Place;
  readonly reservedConcurrency?: number;
  /** Whether only the log file gets its lines. */
  readonly quiet?: boolean;
  readonly logFormat: 'Text' | 'JSON';
  /** The lowest level that is written. As on AWS, only JSON logging filters. */
  readonly applicationLogLevel?: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';
  /** The same for what Lambda itself writes. */
  readonly systemLogLevel?: 'DEBUG' | 'INFO' | 'WARN';
}

/**
 * For as long as somebody may be at a breakpoint of a function, no limit of time ends what it does, nor the wait of those that
 * have called it. A day is next to no limit, and far below what timers can hold.
 */
export const HELD_MS = 24 * 60 * 60 * 1_000;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html */
export const DEFAULT_TEMPORARY_MB = 512;

export const LATEST = '$LATEST';

/** The function's version, `$LATEST` unless it has one. */
export function versionOf({ version = LATEST }: FunctionDefinition): string {
  return version;
}

export interface InvokeOptions {
  /** An `X-Amzn-Trace-Id` to pass on; a new one by default. */
  readonly traceId?: string;
  /** Of the invocation; a new one by default. */
  readonly requestId?: string;
  /** How the log names the request that this is about; by the ids of the invocation by default. */
  readonly caller?: RequestIds;
  /** What the function gets as `context.clientContext`. */
  readonly clientContext?: object;
  /** Whether the result is to have the end of the log. */
  readonly logTail?: boolean;
  /** The service that invokes the function, if one does: it needs the function's permission. */
  readonly source?: InvocationSource;
  /** Ends the wait for a free environment. As on AWS, an invocation that runs already goes on. */
  readonly signal?: AbortSignal;
}

export interface InvokeResult {
  readonly requestId: string;
  /** JSON: the handler's result, or the error if `functionError` is set. */
  readonly payload: string;
  readonly functionError?: 'Unhandled';
  readonly executedVersion: string;
  /** The last 4 KB of what the invocation logged, in base64, if that was asked for. */
  readonly logTail?: string;
}

export type Invoke = (nameOrArn: string, payload: string, options?: InvokeOptions) => Promise<InvokeResult>;
/** Accepts an event for later. @returns the id of the request. @throws LambdaError when it is refused */
export type InvokeAsync = (...call: Parameters<Invoke>) => string;
