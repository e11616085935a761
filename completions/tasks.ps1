Register-ArgumentCompleter -Native -CommandName tasks -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # The words before the cursor, as typed and not evaluated.
    $words = @(foreach ($element in $commandAst.CommandElements) {
        if ($element.Extent.EndOffset -lt $cursorPosition) {
            if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst] -or
                $element -is [System.Management.Automation.Language.ExpandableStringExpressionAst]) {
                $element.Value
            } else {
                $element.Extent.Text
            }
        }
    })
    $words += $wordToComplete

    # One plain word, because older versions drop empty arguments and split quoted ones.
    $question = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($words -join [char]0))
    $before = $env:COMPLETE
    $env:COMPLETE = 'powershell'
    try {
        $answers = @(& tasks -- $question 2>$null)
    } finally {
        $env:COMPLETE = $before
    }

    foreach ($answer in $answers) {
        $value, $about = $answer.Split("`t", 2)
        if (-not $about) {
            $about = $value
        }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
}
