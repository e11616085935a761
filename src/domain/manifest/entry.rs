//! One entry of a task file for one project, with its variables replaced.

use serde_saphyr::Location;

use super::header::{OpenFile, Project};
use super::{Fault, form, variables};
use crate::domain::task::hidden::{Field, Hidden, MASK};

pub(super) struct FileEntry<'a> {
    pub(super) file: &'a OpenFile<'a>,
    pub(super) at: Location,
    /// `None` for a task of a group or the system.
    pub(super) project: Option<&'a Project>,
    /// Variables without a value.
    pub(super) missing: Vec<Fault>,
    refused: Vec<Fault>,
    faults: Vec<Fault>,
    hidden: Vec<Hidden>,
}

impl<'a> FileEntry<'a> {
    pub(super) fn new(file: &'a OpenFile<'a>, at: Location, project: Option<&'a Project>) -> Self {
        FileEntry {
            file,
            at,
            project,
            missing: Vec::new(),
            refused: Vec::new(),
            faults: Vec::new(),
            hidden: Vec::new(),
        }
    }

    pub(super) fn fault(&mut self, at: Location, message: impl Into<String>) {
        self.faults.push(self.file.fault(at, message));
    }

    /// A text that is shown everywhere, so values from the environment are refused.
    pub(super) fn name(&mut self, text: &form::Text) -> String {
        let filled = self.fill(text);
        let Some((_, variable)) = filled.from_env.first() else {
            return filled.text;
        };
        let message = format!(
            "a value from the environment ({variable}) cannot be part of a name; pass it with --var"
        );
        self.refused.push(self.file.fault(text.referenced, message));
        MASK.to_owned()
    }

    /// A text in which values from the environment are recorded as hidden.
    pub(super) fn field(&mut self, text: &form::Text, field: &Field) -> String {
        let filled = self.fill(text);
        let parts = filled.from_env.into_iter();
        self.hidden.extend(parts.map(|(range, variable)| Hidden {
            field: field.clone(),
            range,
            variable: Some(variable),
        }));
        filled.text
    }

    fn fill(&mut self, text: &form::Text) -> variables::FilledText {
        let (file, project) = (self.file, self.project);
        let mut filled = variables::fill(&text.value, &|name| file.value(name, project));
        let missing = filled.missing.drain(..);
        self.missing
            .extend(missing.map(|why| file.fault(text.referenced, why)));
        filled
    }

    /// Reports the errors and returns the hidden values.
    pub(super) fn finish(self, faults: &mut Vec<Fault>) -> Vec<Hidden> {
        faults.extend(self.faults.into_iter().chain(self.refused));
        if !self.file.context.lenient {
            faults.extend(self.missing);
        }
        self.hidden
    }
}
