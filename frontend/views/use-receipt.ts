import { useEffect, useState } from 'preact/hooks';
import type { Api, Receipt } from '../api.ts';

/** A receipt's address is good for five minutes. */
const RENEWED_MS = 4 * 60_000;

/** What is known of a receipt. */
export interface ReceiptState {
  /** Undefined before the first response. */
  readonly receipt: Receipt | undefined;
  /** Why it cannot be shown, in a sentence; empty when it can. */
  readonly problem: string;
}

/**
 * Fetches a receipt, and a new address of it from time to time.
 *
 * @param isStored whether there is one
 */
export function useReceipt(api: Pick<Api, 'receipt'>, id: string, isStored: boolean): ReceiptState {
  const [receipt, setReceipt] = useState<Receipt>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (!isStored) return;
    const request = new AbortController();
    const load = () =>
      api.receipt(id, request.signal).then(
        (found) => {
          setReceipt(found);
          setProblem('');
        },
        (error: unknown) => {
          if (!request.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
        },
      );
    void load();
    const timer = setInterval(load, RENEWED_MS);
    return () => {
      request.abort();
      clearInterval(timer);
    };
  }, [api, id, isStored]);
  return { receipt, problem };
}
