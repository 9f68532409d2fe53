//! A position in a line of text: what the readers of HIR and of its types
//! are made of. White space before a token does not matter.

use crate::error::CompileError;

/// A position in a text.
pub struct Cursor<'a> {
    rest: &'a str,
    line: u32,
}

impl<'a> Cursor<'a> {
    /// At the start of a text.
    pub fn new(text: &'a str) -> Self {
        Cursor { rest: text, line: 0 }
    }
    /// At the start of a numbered line, for errors.
    pub fn on_line(text: &'a str, line: u32) -> Self {
        Cursor { rest: text, line }
    }
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }
    /// Is nothing left?
    pub fn at_end(&mut self) -> bool {
        self.skip();
        self.rest.is_empty()
    }
    /// Skips a token if it stands here.
    pub fn eat(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(r) => {
                self.rest = r;
                true
            }
            None => false,
        }
    }
    /// Skips a token that must stand here.
    pub fn expect(&mut self, token: &str) -> Option<()> {
        self.eat(token).then_some(())
    }
    /// Letters, digits and underscores.
    pub fn word(&mut self) -> Option<&'a str> {
        self.skip();
        self.take(|c| c.is_alphanumeric() || c == '_')
    }
    /// Letters, digits, underscores and dots.
    pub fn path(&mut self) -> Option<&'a str> {
        self.skip();
        self.take(|c| c.is_alphanumeric() || c == '_' || c == '.')
    }
    /// Everything up to white space.
    pub fn symbol(&mut self) -> Option<&'a str> {
        self.skip();
        self.take(|c| !c.is_whitespace())
    }
    fn take(&mut self, keep: impl Fn(char) -> bool) -> Option<&'a str> {
        let end = self.rest.find(|c| !keep(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            return None;
        }
        self.rest = rest;
        Some(word)
    }
    /// A decimal integer with sign.
    pub fn integer(&mut self) -> Option<i128> {
        self.skip();
        let negative = self.eat("-");
        let n: i128 = self.take(|c| c.is_ascii_digit())?.parse().ok()?;
        Some(if negative { -n } else { n })
    }
    /// The characters of a number: digits, sign, point, exponent, `inf`, `NaN`.
    pub fn number(&mut self) -> Option<&'a str> {
        self.skip();
        self.take(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'))
    }
    /// The number of an entity: `v12` with prefix `v`.
    pub fn entity(&mut self, prefix: &str) -> Option<u32> {
        self.skip();
        let digits = self.rest.strip_prefix(prefix)?;
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let n = digits[..end].parse().ok()?;
        self.rest = &digits[end..];
        Some(n)
    }
    /// Quoted text with Rust's escapes.
    pub fn quoted(&mut self) -> Option<String> {
        self.expect("\"")?;
        let mut out = String::new();
        let mut chars = self.rest.char_indices();
        loop {
            match chars.next()? {
                (i, '"') => {
                    self.rest = &self.rest[i + 1..];
                    return Some(out);
                }
                (_, '\\') => match chars.next()?.1 {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    '0' => out.push('\0'),
                    'u' => {
                        let hex: String = chars.by_ref().map(|c| c.1).skip(1).take_while(|c| *c != '}').collect();
                        out.push(char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?);
                    }
                    c => out.push(c),
                },
                (_, c) => out.push(c),
            }
        }
    }
    /// An error that shows what stands here instead.
    pub fn error(&self, wanted: &str) -> CompileError {
        let rest: String = self.rest.chars().take(40).collect();
        CompileError::bug(format!("HIR text, line {}: expected {wanted} at '{rest}'", self.line))
    }
}
