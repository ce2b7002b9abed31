declare module '*.css';
/** Its text, minified: for what is loaded later. */
declare module '*.lazy.css' {
  const text: string;
  export default text;
}
