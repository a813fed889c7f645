import type { Log } from '../../../tooling/log.ts';
import { type FunctionDefinition, versionOf } from './function-definition.ts';

/** How an invocation, or an init phase, ended. A function that reports an error has not crashed. */
export type Outcome =
  | { readonly status: 'success' }
  | { readonly status: 'timeout' }
  | { readonly status: 'failure' | 'error'; readonly errorType: string };

/** What Lambda tells of an invocation. */
export interface InvocationReport {
  readonly requestId: string;
  readonly durationMs: number;
  /** Of a cold start. Since August 2025 it is billed as well. */
  readonly initMs: number | undefined;
  readonly maxMemoryMb: number | undefined;
  readonly outcome: Outcome;
}

/**
 * The lines that Lambda itself writes into a function's log, as text or as JSON, as the function's `LoggingConfig` says.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html, whose JSON has the records of
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
export class PlatformLog {
  readonly #definition: FunctionDefinition;
  readonly #log: Log;

  constructor(definition: FunctionDefinition, log: Log) {
    this.#definition = definition;
    this.#log = log;
  }

  start(requestId: string): void {
    const version = versionOf(this.#definition);
    this.#write('start', { requestId, version }, `START RequestId: ${requestId} Version: ${version}`);
  }

  /** An init phase that failed; Lambda is silent about others. @param phase `invoke` when it was part of an invocation */
  initFailed(phase: 'init' | 'invoke', durationMs: number, outcome: Outcome): void {
    const record = { initializationType: 'on-demand', phase, ...outcome, metrics: { durationMs: rounded(durationMs) } };
    this.#write('initReport', record, `INIT_REPORT Init Duration: ${ms(durationMs)}\tPhase: ${phase}${end(outcome)}`);
  }

  report(report: InvocationReport): void {
    const { requestId, durationMs, initMs, maxMemoryMb, outcome } = report;
    const { memoryMb } = this.#definition;
    const billed = Math.ceil(durationMs + (initMs ?? 0));
    const used = maxMemoryMb === undefined ? undefined : Math.min(Math.ceil(maxMemoryMb), memoryMb);
    const metrics = {
      durationMs: rounded(durationMs),
      billedDurationMs: billed,
      memorySizeMB: memoryMb,
      ...(used !== undefined && { maxMemoryUsedMB: used }),
      ...(initMs !== undefined && { initDurationMs: rounded(initMs) }),
    };
    const fields = [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${ms(durationMs)}`,
      `Billed Duration: ${billed} ms`,
      `Memory Size: ${memoryMb} MB`,
      ...(used === undefined ? [] : [`Max Memory Used: ${used} MB`]),
      ...(initMs === undefined ? [] : [`Init Duration: ${ms(initMs)}`]),
    ];
    if (this.#definition.logFormat === 'Text') this.#log.debug(`END RequestId: ${requestId}`);
    // In text, only what ended the environment has a status.
    const text = `${fields.join('\t')}${outcome.status === 'failure' ? '' : end(outcome)}`;
    this.#write('report', { requestId, metrics, ...outcome }, text);
  }

  #write(type: 'start' | 'initReport' | 'report', record: Readonly<Record<string, unknown>>, text: string): void {
    const { logFormat, systemLogLevel } = this.#definition;
    const json = () => JSON.stringify({ time: new Date().toISOString(), type: `platform.${type}`, record });
    const normal = (record.status ?? 'success') === 'success';
    if (logFormat === 'Text') this.#log.debug(text);
    else if (systemLogLevel !== 'WARN' || !normal) this.#log.debug(json());
  }
}

function end(outcome: Outcome): string {
  if (outcome.status === 'success') return '';
  const errorType = outcome.status === 'timeout' ? '' : `\tError Type: ${outcome.errorType}`;
  return `\tStatus: ${outcome.status}${errorType}`;
}

function ms(duration: number): string {
  return `${duration.toFixed(2)} ms`;
}

function rounded(duration: number): number {
  return Number(duration.toFixed(2));
}
