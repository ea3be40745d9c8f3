Console.Error.WriteLine("kantor: not wired yet");
return 2;
