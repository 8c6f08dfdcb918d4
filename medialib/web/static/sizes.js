// How sizes are written.

export function sizeOf(bytes) {
  const megabytes = bytes / 1e6;
  if (!bytes) return "0 MB";
  if (megabytes < 0.1) return `${Math.ceil(bytes / 1e3)} KB`;
  if (megabytes >= 1000) return `${Math.round(megabytes).toLocaleString("en")} MB`;
  return `${megabytes < 10 ? megabytes.toFixed(1) : Math.round(megabytes)} MB`;
}
