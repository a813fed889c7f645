import { formatTime } from '../format.ts';

interface BarsProps {
  readonly title: string;
  /** Starts of minutes, oldest first; the last one is still running. */
  readonly times: readonly string[];
  readonly values: readonly number[];
  readonly format: (value: number) => string;
}

const [WIDTH, HEIGHT] = [360, 96];

/** A bar for each minute. */
export function Bars({ title, times, values, format }: BarsProps) {
  const most = Math.max(0, ...values);
  const step = WIDTH / Math.max(1, values.length);
  const lastFull = values.at(-2) ?? 0;
  return (
    <figure class="bars">
      <figcaption>
        <span>{title}</span> <span class="sub">{`peak ${format(most)}`}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${format(lastFull)} in the last full minute, ${format(most)} at most in the last hour.`}
      >
        {values.map((value, index) => {
          const height = most === 0 ? 0 : Math.max(value > 0 ? 2 : 0, (value / most) * HEIGHT);
          const at = times[index] ?? '';
          return (
            <rect
              class="bar"
              key={at}
              x={index * step + step * 0.12}
              y={HEIGHT - height}
              width={step * 0.76}
              height={height}
            >
              <title>{`${formatTime(at).minute}: ${format(value)}`}</title>
            </rect>
          );
        })}
      </svg>
      <p class="ends" aria-hidden="true">
        <span>{times[0] === undefined ? '' : formatTime(times[0]).minute}</span>
        <span>now</span>
      </p>
    </figure>
  );
}
