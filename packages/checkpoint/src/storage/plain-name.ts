/** Whether a name stays in its folder: a file beside the one that names it, and nothing on the way to another place. */
export const isPlainName = (file: string): boolean => file !== '' && file !== '.' && file !== '..' && !/[/\\:\0]/u.test(file);
