const form = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** When something was or will be, in the time zone of whoever looks: an account is in no home. */
export function Day({ at, prefix = '' }: { at: string; prefix?: string }) {
  return (
    <time dateTime={at}>
      {prefix}
      {form.format(Date.parse(at))}
    </time>
  )
}
