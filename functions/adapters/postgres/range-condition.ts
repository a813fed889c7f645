const KEY = 'upper(left(user_id, 3) COLLATE "C")';

/** Whether a row's user belongs to a range, whose `halfOpen` form is the statement's first two parameters. */
export const IN_RANGE = `(${KEY} >= $1 AND ($2::text IS NULL OR ${KEY} < $2))`;
