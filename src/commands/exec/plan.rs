//! What `exec --dry-run` answers.

use serde_json::{Value, json};

use crate::ops::exec::Ready;
use crate::output::{Cell, Column, Detail, Grid, Report};

/// What would be started.
pub(super) struct Plan {
    pub(super) ready: Ready,
}

fn columns() -> [Column; 5] {
    ["name", "project", "environment", "service", "command"].map(Column::new)
}

impl Plan {
    fn cells(&self) -> [Cell; 5] {
        let one_off = &self.ready.one_off;
        let environment = &self.ready.environment;
        [
            Cell::name(&one_off.name),
            environment.project.name.clone().into(),
            environment.name.clone().into(),
            one_off.service.clone().into(),
            one_off.command.clone().into(),
        ]
    }
}

/// What would be started on several environments.
pub(super) struct Plans(pub(super) Vec<Plan>);

impl Report for Plans {
    fn value(&self) -> Value {
        self.0.iter().map(Plan::value).collect()
    }

    fn grid(&self) -> Grid {
        let mut grid = Grid::new(columns());
        for plan in &self.0 {
            grid.row(plan.cells());
        }
        grid
    }
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
        Grid::new(columns()).with(self.cells())
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
