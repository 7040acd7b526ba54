/** Tailwind 4 is the only stylesheet step. */
export default { plugins: { "@tailwindcss/postcss": {} } };
