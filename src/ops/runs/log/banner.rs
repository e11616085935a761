//! The lines that Lagoon adds before a log.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Banner {
    None,
    /// The text ends within something that can be one.
    Open,
    /// Its length in bytes.
    Length(usize),
}

/// In bytes; a longer beginning is no banner.
pub(super) const LONGEST_BANNER: usize = 4096;

const TITLE: &str = "Logs on pod ";

pub(super) fn banner(log: &str) -> Banner {
    let mut end = 0;
    for number in 0..3 {
        let rest = &log[end..];
        let (line, is_whole) = match rest.split_once('\n') {
            Some((line, _)) => (line, true),
            None => (rest, false),
        };
        end += line.len() + 1;
        if end > LONGEST_BANNER {
            return Banner::None;
        }
        let fits = match number {
            1 => line.starts_with(TITLE) || (!is_whole && TITLE.starts_with(line)),
            _ => line.trim_end().bytes().all(|b| b == b'=') && (!is_whole || line.len() >= 40),
        };
        match (fits, is_whole) {
            (true, true) => {}
            (true, false) => return Banner::Open,
            (false, _) => return Banner::None,
        }
    }
    Banner::Length(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banner_is_recognized() {
        let rule = "=".repeat(80);
        let whole = format!("{rule}\nLogs on pod lagoon-task-abc, assigned to cluster x\n{rule}\n");
        let length = Banner::Length(whole.len());
        assert_eq!(banner(&format!("{whole}hello\n")), length);
        let windows = whole.replace('\n', "\r\n");
        assert_eq!(banner(&windows), Banner::Length(windows.len()));
        for end in 0..whole.len() {
            assert_eq!(banner(&whole[..end]), Banner::Open, "{end}");
        }
        let long = "=".repeat(LONGEST_BANNER);
        let short = format!("===\nLogs on pod x\n{rule}\n");
        let other = format!("{rule}\nb\n{rule}\nc\n");
        for log in ["hello\nthere\n", "\n", &long, &short, &other] {
            assert_eq!(banner(log), Banner::None, "{log}");
        }
    }
}
