//! Brackets, line breaks and summaries of nested arrays.

/// The indices of one axis that are shown; `cut` is where the ellipsis goes.
#[derive(Clone, Debug)]
pub struct VisibleAxis {
    /// Positions along the axis, ascending.
    pub positions: Vec<usize>,
    /// Number of leading positions before the ellipsis, if the axis is cut.
    pub cut: Option<usize>,
}

/// Which part of each axis is shown. `edge` is `None` when nothing is summarised.
pub fn visible_axes(shape: &[usize], edge: Option<usize>) -> Vec<VisibleAxis> {
    shape
        .iter()
        .map(|&len| match edge {
            // The last position always shows.
            Some(0) if len > 0 => VisibleAxis { positions: vec![len - 1], cut: Some(0) },
            Some(edge) if len > 2 * edge => VisibleAxis {
                positions: (0..edge).chain(len - edge..len).collect(),
                cut: Some(edge),
            },
            _ => VisibleAxis {
                positions: (0..len).collect(),
                cut: None,
            },
        })
        .collect()
}

/// Parameters of the layout that do not change while it runs.
pub struct Layout<'a> {
    /// Words in C order of the visible elements.
    pub words: &'a [String],
    /// Visible part of each axis.
    pub axes: &'a [VisibleAxis],
    /// Between elements, for example `", "` or `" "`.
    pub separator: &'a str,
    /// Line length in characters.
    pub linewidth: usize,
}

const ELLIPSIS: &str = "...";

impl Layout<'_> {
    /// The bracketed text; lines after the first start with `indent`.
    pub fn render(&self, indent: &str) -> String {
        let mut next = 0;
        self.axis_text(0, indent, self.linewidth.try_into().unwrap_or(isize::MAX), &mut next)
    }

    fn axis_text(&self, axis: usize, indent: &str, width: isize, next: &mut usize) -> String {
        let Some(visible) = self.axes.get(axis) else {
            let word = self.words.get(*next).cloned().unwrap_or_default();
            *next += 1;
            return word;
        };
        let inner_indent = format!("{indent} ");
        let inner_width = width - 1;
        let separator = self.separator.trim_end();
        let mut text = String::new();
        let last_axis = axis + 1 == self.axes.len();
        let count = visible.positions.len();
        if last_axis {
            let room = width - separator.chars().count().max(1) as isize;
            let mut line = String::from(indent);
            for i in 0..count {
                if visible.cut == Some(i) {
                    extend_line(&mut text, &mut line, ELLIPSIS, room, indent);
                    line.push_str(self.separator);
                }
                let word = self.axis_text(axis + 1, &inner_indent, inner_width, next);
                extend_line(&mut text, &mut line, &word, room, indent);
                if i + 1 < count {
                    line.push_str(self.separator);
                }
            }
            text.push_str(&line);
        } else {
            let blank = "\n".repeat(self.axes.len() - axis - 1);
            for i in 0..count {
                if visible.cut == Some(i) {
                    text.push_str(indent);
                    text.push_str(ELLIPSIS);
                    text.push_str(separator);
                    text.push_str(&blank);
                }
                text.push_str(indent);
                text.push_str(&self.axis_text(axis + 1, &inner_indent, inner_width, next));
                if i + 1 < count {
                    text.push_str(separator);
                    text.push_str(&blank);
                }
            }
        }
        let body = text.get(indent.len()..).unwrap_or("");
        format!("[{body}]")
    }
}

/// Puts `word` on the current line or, when it does not fit, on a new one.
/// Words of several lines keep their lines aligned under their first one.
fn extend_line(text: &mut String, line: &mut String, word: &str, room: isize, indent: &str) {
    let mut lines = word.lines();
    let first = lines.next().unwrap_or("");
    let widest = word.lines().map(|l| l.chars().count()).max().unwrap_or(0);
    let used = line.chars().count();
    let starts_line = used <= indent.chars().count();
    if (used + widest) as isize > room && !starts_line {
        text.push_str(line.trim_end());
        text.push('\n');
        line.clear();
        line.push_str(indent);
    }
    let column = line.chars().count();
    line.push_str(first);
    for more in lines {
        text.push_str(line.trim_end());
        text.push('\n');
        line.clear();
        line.push_str(&" ".repeat(column));
        line.push_str(more);
    }
}
