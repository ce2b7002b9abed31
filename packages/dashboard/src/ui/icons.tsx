// Icons of 16 by 16 in the text's colour. They are decorative: labels carry the meaning.

const paths = {
  overview: 'M2.5 13.5v-5h3v5zM6.5 13.5v-11h3v11zM10.5 13.5v-8h3v8z',
  packets: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  flows: 'M2 5h10M9.5 2.5 12 5 9.5 7.5M14 11H4M6.5 8.5 4 11l2.5 2.5',
  hosts:
    'M8 2.5v11M2.5 8h11M8 2.5a7 5.5 0 0 0 0 11M8 2.5a7 5.5 0 0 1 0 11M2.5 8a5.5 5.5 0 1 0 11 0 5.5 5.5 0 1 0-11 0',
  analysis: 'M2 13.5h12M2.5 11 6 6.5l3 2.5 4.5-6',
  mesh: 'M8 2.2a1.6 1.6 0 1 0 .01 0M3 10.4a1.6 1.6 0 1 0 .01 0M13 10.4a1.6 1.6 0 1 0 .01 0M8 10.4a1.6 1.6 0 1 0 .01 0M8 5.4v5M7.2 5.2 3.8 10.4M8.8 5.2l3.4 5.2',
  time: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.8V8l2.4 1.6',
  security: 'M8 1.8l5.2 2v3.8c0 3.2-2.2 5.5-5.2 6.6-3-1.1-5.2-3.4-5.2-6.6V3.8z',
  captures: 'M2.5 4.5h4l1.5 2h5.5v7h-11z',
  status: 'M1.5 8.5h3l2-5.5 3 10 2-4.5h3',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z',
  auto: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 2.5v11',
  filter: 'M2 3.5h12L9.5 8.8v4.2l-3-1.5V8.8z',
  close: 'M4 4l8 8M12 4l-8 8',
  find: 'M7 2.5a4.5 4.5 0 1 0 .01 0M10.3 10.3l3.4 3.4',
  check: 'M3 8.5 6.5 12 13 4.5',
  enter: 'M13 3.5v5H4M6.5 5.5 3.5 8.5l3 3',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3l8 5-8 5z',
  stop: 'M4 4h8v8H4z',
  down: 'M8 3v9M4.5 8.5 8 12l3.5-3.5',
  upload: 'M8 11V3M4.5 6.5 8 3l3.5 3.5M3 13.5h10',
  download: 'M8 3v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10',
  trash: 'M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.5 9h6l.5-9',
  plus: 'M8 3v10M3 8h10',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  help: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.2 6.2c.2-2.4 3.8-2.2 3.6 0-.1 1.3-1.8 1.3-1.8 2.8M8 11.4h.01',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  alert: 'M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.8h.01',
  plug: 'M5.5 2v3M10.5 2v3M4 5h8v3a4 4 0 0 1-8 0zM8 12v2.5',
  star: 'M8 2l1.8 3.8 4.2.5-3.1 2.9.8 4.1L8 11.2l-3.7 2.1.8-4.1L2 6.3l4.2-.5z',
  comment: 'M2.5 3h11v7.5h-6l-3 3v-3h-2z',
  right: 'M6 3.5 10.5 8 6 12.5',
  map: 'M8 3.5a1.5 1.5 0 1 0 .01 0M3.5 12a1.5 1.5 0 1 0 .01 0M12.5 12a1.5 1.5 0 1 0 .01 0M7.2 4.8 4.2 10.8M8.8 4.8l3 6M5 12h6',
  table: 'M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6 6.3V13',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** The project's logo: an eye over a horizon. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" />
      <path d="M6 17c4-7 16-7 20 0-4 7-16 7-20 0z" />
      <circle cx="16" cy="17" r="3.4" />
    </svg>
  );
}
