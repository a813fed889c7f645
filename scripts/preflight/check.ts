import type { Target } from './target.ts';

/** What a check has found: `lack` fails a deployment or may fail it; `warning` is something to know before it. */
export interface Finding {
  readonly level: 'lack' | 'warning';
  /** What is the case: a sentence. */
  readonly problem: string;
  /** What to do: a sentence, with the command or the console page. */
  readonly remedy: string;
}

/** One question about the account. Everything that it asks for comes from the templates. */
export interface Check {
  readonly title: string;
  /**
   * @returns undefined when the templates hold nothing to ask about
   * @throws whatever keeps it from an answer, such as a permission that is denied
   */
  find(target: Target): Promise<readonly Finding[] | undefined>;
}

/** @param problem a sentence @param remedy a sentence */
export function lack(problem: string, remedy: string): Finding {
  return { level: 'lack', problem, remedy };
}

/** @param problem a sentence @param remedy a sentence */
export function warning(problem: string, remedy: string): Finding {
  return { level: 'warning', problem, remedy };
}
