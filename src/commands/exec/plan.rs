//! What `exec --dry-run` answers.

use serde_json::{Value, json};

use crate::ops::launch::exec::Ready;
use crate::output::{Cell, Column, Detail, Grid, Report};

/// What would be started.
pub(super) struct Plan {
    pub(super) ready: Ready,
}

impl Report for Plan {
    fn value(&self) -> Value {
        let one_off = &self.ready.one_off;
        json!({
            "name": one_off.name,
            "dryRun": true,
            "environment": self.ready.environment.to_json(),
            "service": one_off.service,
            "command": one_off.command,
        })
    }

    fn grid(&self) -> Grid {
        let one_off = &self.ready.one_off;
        let environment = &self.ready.environment;
        Grid::new(["name", "project", "environment", "service", "command"].map(Column::new)).with([
            Cell::name(&one_off.name),
            environment.project.name.clone().into(),
            environment.name.clone().into(),
            one_off.service.clone().into(),
            one_off.command.clone().into(),
        ])
    }

    fn detail(&self) -> Option<Detail> {
        let one_off = &self.ready.one_off;
        Some(
            Detail::new(&one_off.name)
                .field("Would run on", self.ready.environment.label())
                .field("Service", one_off.service.as_str())
                .block("Command", &one_off.command),
        )
    }
}
