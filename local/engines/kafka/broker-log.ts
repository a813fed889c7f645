import type { Log } from '../../../tooling/log.ts';

/** As the broker's log4j pattern has it: level, logger, message. */
const PROBLEM = /^(?<level>WARN|ERROR|FATAL) (?<text>.*)$/s;
/** The first line of a stack: the classes of the exceptions, and what the last one says. */
const EXCEPTION = /^(?:[\w$]+\.)+[\w$]*(?:Exception|Error)\b(?:: )?(?<rest>.*)$/s;
const SHORT = 160;
/** A stack comes with its message. */
const WAIT_MS = 100;

/**
 * Relays what a broker prints, a line at a time. Everything goes to the log file. Of its warnings and errors people see the
 * beginning and the cause; of those of a broker that is starting, which report what it has to wait for, nothing: a start
 * that fails shows its last lines.
 *
 * @param isStarted whether a line says that the broker has started
 */
export function brokerLog(log: Log, isStarted: (line: string) => boolean): (line: string) => void {
  let started = false;
  let pending: { level: 'warn' | 'error'; text: string; timer: NodeJS.Timeout } | undefined;

  const settle = (cause?: string) => {
    if (!pending) return;
    const { level, text, timer } = pending;
    pending = undefined;
    clearTimeout(timer);
    log[level](`${shortened(text)}${cause ? `: ${cause}` : ''} (all of it is in the log file)`);
  };
  return (line) => {
    log.debug(line);
    settle(causeIn(line));
    started ||= isStarted(line);
    const { level, text = '' } = PROBLEM.exec(line)?.groups ?? {};
    if (!started || level === undefined) return;
    pending = { level: level === 'WARN' ? 'warn' : 'error', text, timer: setTimeout(settle, WAIT_MS) };
  };
}

function causeIn(line: string): string | undefined {
  const rest = EXCEPTION.exec(line)?.groups?.rest;
  return rest === undefined ? undefined : (causeIn(rest) ?? shortened(rest));
}

/** Kafka describes a request after ` -- `, at length. */
function shortened(text: string): string {
  const [start = ''] = text.split(' -- ', 1);
  return start.length > SHORT ? `${start.slice(0, SHORT)}...` : start;
}
