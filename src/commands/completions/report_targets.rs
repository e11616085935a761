//! Candidates for `--report`: a format, then a file.

use std::ffi::OsStr;

use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter as _};

use crate::output::test_report::ReportFormat;

pub(super) fn candidates(word: &OsStr) -> Vec<CompletionCandidate> {
    let Some(word) = word.to_str() else {
        return Vec::new();
    };
    let Some((format, file)) = word.split_once('=') else {
        let words = ReportFormat::ALL.map(|format| (format!("{}=", format.word()), about(format)));
        let fitting = words
            .into_iter()
            .filter(|(value, _)| value.starts_with(word));
        let each =
            fitting.map(|(value, about)| CompletionCandidate::new(value).help(Some(about.into())));
        return each.collect();
    };
    let files = PathCompleter::any().stdio().complete(OsStr::new(file));
    let prefix = format!("{format}=");
    let each = files
        .into_iter()
        .map(|file| file.add_prefix(prefix.clone()));
    each.collect()
}

fn about(format: ReportFormat) -> &'static str {
    match format {
        ReportFormat::Junit => "JUnit XML",
        ReportFormat::Markdown => "Markdown, appended",
    }
}
