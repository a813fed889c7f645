/**
 * Runs a task now and again after each pause while the page is visible; a page that comes back into view runs it at once.
 *
 * @param task does the work and reports its own failures; it must not reject
 * @param pauseMs milliseconds between the end of one run and the start of the next
 * @returns a function that runs the task now and counts the pause anew
 */
export function repeatWhileVisible(task: () => Promise<void>, pauseMs: number): () => Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = 0;

  const run = async () => {
    clearTimeout(timer);
    latest += 1;
    const mine = latest;
    await task();
    // A later run has set, or will set, the timer itself.
    if (mine === latest && !document.hidden) timer = setTimeout(run, pauseMs);
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer);
    else void run();
  });
  void run();
  return run;
}
