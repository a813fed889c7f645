/**
 * Makes one reading serve all who ask for it at a time. Who asks while a reading is under way gets the next one, since the present one may
 * have passed over what is new to him.
 */
export function readTogether<T>(read: () => Promise<T>): () => Promise<T> {
  let present: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= present.then(
      () => begin(),
      () => begin(),
    );
    return next;
  };

  function begin(): Promise<T> {
    next = undefined;
    const reading = read();
    present = reading;
    return reading;
  }
}
